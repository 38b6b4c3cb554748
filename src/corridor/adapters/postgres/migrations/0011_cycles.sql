-- Netting cycles: who takes part, the cycles, their items and the positions that these add up to.

CREATE TABLE clearing_account (
    participant text   NOT NULL,
    currency    text   NOT NULL,
    account_id  bigint NOT NULL,
    PRIMARY KEY (participant, currency)
);

CREATE TABLE cycle (
    number         bigint PRIMARY KEY,
    state          text   NOT NULL,
    due_at         bigint,
    opened_at      bigint NOT NULL,
    every_s        bigint NOT NULL,
    items          bigint NOT NULL,
    told           bigint NOT NULL,
    closed_at      bigint,
    settled_at     bigint,
    ended_at       bigint,
    digest         bytea  NOT NULL,
    first_transfer bigint NOT NULL,
    transfers      bigint NOT NULL,
    defaulted      text   NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX cycle_under_way ON cycle (number) WHERE ended_at IS NULL;

CREATE TABLE cycle_item (
    number      bigint PRIMARY KEY,
    cycle       bigint NOT NULL,
    sequence    bigint NOT NULL,
    product     text   NOT NULL,
    transfer_id bigint NOT NULL,
    uetr        text   NOT NULL
);
CREATE UNIQUE INDEX cycle_item_place ON cycle_item (cycle, sequence);

CREATE TABLE cycle_position (
    cycle       bigint  NOT NULL,
    participant text    NOT NULL,
    currency    text    NOT NULL,
    product     text    NOT NULL,
    open        boolean NOT NULL,
    paid        bigint  NOT NULL,
    received    bigint  NOT NULL,
    items       bigint  NOT NULL,
    PRIMARY KEY (cycle, participant, currency, product)
) WITH (fillfactor = 50);
CREATE INDEX cycle_position_open ON cycle_position (cycle) WHERE open;
