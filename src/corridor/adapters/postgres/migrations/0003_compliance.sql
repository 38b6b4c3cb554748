-- The screening list in force and what a hit means.

CREATE TABLE list_in_force (
    name    text PRIMARY KEY,
    version text   NOT NULL,
    entries bigint NOT NULL,
    since   bigint NOT NULL
);

CREATE TABLE screening_policy (
    name         text PRIMARY KEY,
    on_hit       text   NOT NULL,
    hold_limit_s bigint NOT NULL
);
