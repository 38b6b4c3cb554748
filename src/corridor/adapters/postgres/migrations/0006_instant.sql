-- Payments, and the orders of those that are held.

CREATE TABLE payment (
    uetr                 text PRIMARY KEY,
    number               bigint  NOT NULL,
    status               text    NOT NULL,
    open                 boolean NOT NULL,
    due_at               bigint,
    reason               text    NOT NULL,
    debtor_agent         text    NOT NULL,
    creditor_agent       text    NOT NULL,
    provider             text    NOT NULL,
    quote_id             text    NOT NULL,
    source_currency      text    NOT NULL,
    source_amount        bigint  NOT NULL,
    destination_currency text    NOT NULL,
    destination_amount   bigint  NOT NULL,
    fee_amount           bigint  NOT NULL,
    unit_currency        text    NOT NULL,
    rate                 numeric,
    message_id           text    NOT NULL,
    forwarded_id         text    NOT NULL,
    instruction_id       text    NOT NULL,
    end_to_end_id        text    NOT NULL,
    transaction_id       text    NOT NULL,
    content              bytea   NOT NULL,
    first_transfer       bigint  NOT NULL,
    legs                 bigint  NOT NULL,
    received_at          bigint  NOT NULL,
    forwarded_at         bigint,
    final_at             bigint,
    credited_at          bigint
) WITH (fillfactor = 70);
CREATE INDEX payment_open ON payment (uetr) WHERE open;
CREATE INDEX payment_uncredited ON payment (number) WHERE status = 'ACSC';

CREATE TABLE held_payment (
    uetr        text PRIMARY KEY,
    open        boolean NOT NULL,
    "case"      bigint  NOT NULL,
    "order"     bytea   NOT NULL,
    released_by text    NOT NULL
);
CREATE INDEX held_payment_open ON held_payment (uetr) WHERE open;
