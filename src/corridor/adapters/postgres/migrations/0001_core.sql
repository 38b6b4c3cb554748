-- The hub's own line, and what no service owns: accounts, balances, transfers.
-- Column order is field order of the records; a test holds the two together.

CREATE TABLE hub (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    bic         text   NOT NULL,
    epoch       bigint NOT NULL,
    batch       bigint NOT NULL,
    at          bigint NOT NULL,
    last_number bigint NOT NULL,
    head        bytea  NOT NULL
) WITH (fillfactor = 10);

CREATE TABLE account (
    id           bigint PRIMARY KEY,
    participant  text   NOT NULL,
    currency     text   NOT NULL,
    code         bigint NOT NULL,
    flags        bigint NOT NULL,
    credit_limit bigint NOT NULL CHECK (credit_limit >= 0)
);

CREATE TABLE balance (
    account_id      bigint PRIMARY KEY,
    debits_pending  bigint NOT NULL CHECK (debits_pending >= 0),
    debits_posted   bigint NOT NULL CHECK (debits_posted >= 0),
    credits_pending bigint NOT NULL CHECK (credits_pending >= 0),
    credits_posted  bigint NOT NULL CHECK (credits_posted >= 0)
) WITH (fillfactor = 50);

CREATE TABLE transfer (
    id                bigint PRIMARY KEY,
    debit_account_id  bigint NOT NULL,
    credit_account_id bigint NOT NULL,
    amount            bigint NOT NULL CHECK (amount > 0),
    currency          text   NOT NULL,
    flags             bigint NOT NULL,
    pending_id        bigint NOT NULL,
    timeout_s         bigint NOT NULL,
    code              bigint NOT NULL,
    reference         bigint NOT NULL
);

CREATE TABLE pending (
    id                bigint PRIMARY KEY,
    debit_account_id  bigint NOT NULL,
    credit_account_id bigint NOT NULL,
    amount            bigint NOT NULL,
    currency          text   NOT NULL,
    status            bigint NOT NULL,
    due_at            bigint
) WITH (fillfactor = 50);
CREATE INDEX pending_open ON pending (id) WHERE status = 1;
