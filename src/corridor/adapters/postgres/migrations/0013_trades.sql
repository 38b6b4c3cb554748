-- Trades of two currencies between two sides, and where they are found by the reference that both use.

CREATE TABLE trade (
    number             bigint PRIMARY KEY,
    first              text    NOT NULL,
    second             text    NOT NULL,
    reference          text    NOT NULL,
    state              text    NOT NULL,
    open               boolean NOT NULL,
    due_at             bigint,
    trade_date         text    NOT NULL,
    settlement_date    text    NOT NULL,
    first_currency     text    NOT NULL,
    first_amount       bigint  NOT NULL,
    second_currency    text    NOT NULL,
    second_amount      bigint  NOT NULL,
    first_debit_id     bigint  NOT NULL,
    first_credit_id    bigint  NOT NULL,
    second_debit_id    bigint  NOT NULL,
    second_credit_id   bigint  NOT NULL,
    first_captured_at  bigint,
    second_captured_at bigint,
    from_at            bigint  NOT NULL,
    until_at           bigint  NOT NULL,
    cancel_asked_by    text    NOT NULL,
    matched_at         bigint,
    ended_at           bigint,
    first_transfer     bigint  NOT NULL,
    method             text    NOT NULL,
    reason             text    NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX trade_open ON trade (number) WHERE open;

CREATE TABLE trade_reference (
    first     text   NOT NULL,
    second    text   NOT NULL,
    reference text   NOT NULL,
    number    bigint NOT NULL,
    PRIMARY KEY (first, second, reference)
);
