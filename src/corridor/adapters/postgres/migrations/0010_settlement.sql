-- What waits to be settled, limits of a business day, and when it ends.

CREATE TABLE obligation (
    number            bigint PRIMARY KEY,
    uetr              text   NOT NULL,
    state             text   NOT NULL,
    due_at            bigint,
    debtor            text   NOT NULL,
    creditor          text   NOT NULL,
    debit_account_id  bigint NOT NULL,
    credit_account_id bigint NOT NULL,
    currency          text   NOT NULL,
    amount            bigint NOT NULL,
    priority          bigint NOT NULL,
    place             bigint NOT NULL,
    entered_at        bigint NOT NULL,
    from_at           bigint,
    till_at           bigint,
    reject_at         bigint NOT NULL,
    ended_at          bigint,
    method            text   NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX obligation_queued ON obligation (debit_account_id, priority, place) WHERE state = 'queued';

CREATE TABLE queued_order (
    number  bigint PRIMARY KEY,
    "order" bytea  NOT NULL
);

CREATE TABLE queue (
    account_id    bigint PRIMARY KEY,
    urgent        bigint NOT NULL,
    urgent_amount bigint NOT NULL,
    high          bigint NOT NULL,
    high_amount   bigint NOT NULL,
    normal        bigint NOT NULL,
    normal_amount bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE settlement_limit (
    account_id      bigint NOT NULL,
    counterparty_id bigint NOT NULL,
    amount          bigint,
    next_amount     bigint,
    next_on         text   NOT NULL,
    PRIMARY KEY (account_id, counterparty_id)
);

CREATE TABLE urgent_reserve (
    account_id  bigint PRIMARY KEY,
    amount      bigint NOT NULL,
    next_amount bigint NOT NULL,
    next_on     text   NOT NULL
);

CREATE TABLE day_use (
    account_id      bigint NOT NULL,
    counterparty_id bigint NOT NULL,
    day             text   NOT NULL,
    sent            bigint NOT NULL,
    received        bigint NOT NULL,
    PRIMARY KEY (account_id, counterparty_id)
) WITH (fillfactor = 50);

CREATE TABLE cut_off (
    currency text   PRIMARY KEY,
    second   bigint NOT NULL
);
