-- Correspondent accounts between banks, what was booked on them, and what both banks' own books said of it.

CREATE TABLE correspondent (
    number            bigint PRIMARY KEY,
    account_servicer  text    NOT NULL,
    account_owner     text    NOT NULL,
    currency          text    NOT NULL,
    overdraft_amount  bigint  NOT NULL CHECK (overdraft_amount >= 0),
    ceiling_amount    bigint  NOT NULL CHECK (ceiling_amount >= 0),
    state             text    NOT NULL,
    live              boolean NOT NULL,
    due_at            bigint,
    offered_by        text    NOT NULL,
    offered_at        bigint  NOT NULL,
    accepted_at       bigint,
    ended_at          bigint,
    nostro_account_id bigint  NOT NULL,
    vostro_account_id bigint  NOT NULL,
    close_asked_by    text    NOT NULL
);
CREATE INDEX correspondent_live ON correspondent (number) WHERE live;

CREATE TABLE correspondent_relation (
    account_servicer text   NOT NULL,
    account_owner    text   NOT NULL,
    currency         text   NOT NULL,
    number           bigint NOT NULL,
    PRIMARY KEY (account_servicer, account_owner, currency)
);

CREATE TABLE correspondent_position (
    number      bigint PRIMARY KEY,
    place       bigint NOT NULL,
    day         text   NOT NULL,
    day_entries bigint NOT NULL,
    debits      bigint NOT NULL,
    credits     bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE correspondent_day (
    number  bigint NOT NULL,
    day     text   NOT NULL,
    entries bigint NOT NULL,
    debits  bigint NOT NULL,
    credits bigint NOT NULL,
    closing bigint NOT NULL,
    PRIMARY KEY (number, day)
);

CREATE TABLE correspondent_entry (
    number      bigint PRIMARY KEY,
    account     bigint NOT NULL,
    place       bigint NOT NULL,
    day         text   NOT NULL,
    transfer_id bigint NOT NULL,
    amount      bigint NOT NULL,
    balance     bigint NOT NULL,
    uetr        text   NOT NULL
);
CREATE INDEX correspondent_entry_place ON correspondent_entry (account, place);

CREATE TABLE correspondent_mirror (
    account bigint  NOT NULL,
    bank    text    NOT NULL,
    day     text    NOT NULL,
    closing bigint  NOT NULL,
    entries bigint  NOT NULL,
    agrees  boolean NOT NULL,
    told_at bigint  NOT NULL,
    PRIMARY KEY (account, bank)
);
