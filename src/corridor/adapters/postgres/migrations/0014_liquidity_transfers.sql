-- Money between settlement accounts here and accounts at the central banks.

CREATE TABLE liquidity_transfer (
    uetr                    text    PRIMARY KEY,
    number                  bigint  NOT NULL,
    direction               text    NOT NULL,
    status                  text    NOT NULL,
    open                    boolean NOT NULL,
    due_at                  bigint,
    reason                  text    NOT NULL,
    participant             text    NOT NULL,
    central_bank            text    NOT NULL,
    currency                text    NOT NULL,
    amount                  bigint  NOT NULL,
    participant_message_id  text    NOT NULL,
    central_bank_message_id text    NOT NULL,
    instruction_id          text    NOT NULL,
    end_to_end_id           text    NOT NULL,
    transaction_id          text    NOT NULL,
    "order"                 bytea   NOT NULL,
    credit                  bytea   NOT NULL,
    first_transfer          bigint  NOT NULL,
    received_at             bigint  NOT NULL,
    forwarded_at            bigint,
    final_at                bigint
) WITH (fillfactor = 70);
CREATE INDEX liquidity_transfer_number ON liquidity_transfer (number);
CREATE INDEX liquidity_transfer_open ON liquidity_transfer (uetr) WHERE open;
