-- Payments that were returned: each once, under the UETR of the payment.

CREATE TABLE returned_payment (
    uetr           text   PRIMARY KEY,
    number         bigint NOT NULL,
    payment        bigint NOT NULL,
    reason         text   NOT NULL,
    debtor_agent   text   NOT NULL,
    creditor_agent text   NOT NULL,
    currency       text   NOT NULL,
    amount         bigint NOT NULL,
    transfer_id    bigint NOT NULL,
    message_id     text   NOT NULL,
    forwarded_id   text   NOT NULL,
    return_id      text   NOT NULL,
    end_to_end_id  text   NOT NULL,
    content        bytea  NOT NULL,
    received_at    bigint NOT NULL,
    final_at       bigint NOT NULL
);
CREATE INDEX returned_payment_number ON returned_payment (number);

GRANT SELECT (number, uetr) ON returned_payment TO corridor_signer;
