-- Operators and what they propose to each other. Who has released a held payment stands in its proposal now.

CREATE TABLE operator (
    name  text PRIMARY KEY,
    roles text NOT NULL,
    state text NOT NULL
);

CREATE TABLE proposal (
    number      bigint PRIMARY KEY,
    state       text   NOT NULL,
    due_at      bigint,
    kind        text   NOT NULL,
    command     bytea  NOT NULL,
    digest      bytea  NOT NULL,
    maker       text   NOT NULL,
    maker_key   text   NOT NULL,
    message_id  text   NOT NULL,
    proposed_at bigint NOT NULL,
    expires_at  bigint NOT NULL,
    checker     text   NOT NULL,
    checker_key text   NOT NULL,
    decided_at  bigint,
    text        text   NOT NULL
);
CREATE INDEX proposal_open ON proposal (number) WHERE state = 'open';

ALTER TABLE held_payment DROP COLUMN released_by;

-- What was changed, and by whom, is asked for by time.
CREATE INDEX message_audit ON message (batch, position) WHERE direction = 'audit';
