-- Participants, keys, mailboxes, identity, and the log with its bytes.

CREATE TABLE participant (
    bic    text PRIMARY KEY,
    number bigint NOT NULL,
    name   text NOT NULL,
    role   text NOT NULL,
    state  text NOT NULL
);

CREATE TABLE signing_key (
    key_id      text PRIMARY KEY,
    participant text   NOT NULL,
    algorithm   text   NOT NULL,
    public      bytea  NOT NULL,
    valid_from  bigint NOT NULL,
    valid_until bigint NOT NULL,
    revoked_at  bigint
);

CREATE TABLE settlement_account (
    participant text   NOT NULL,
    currency    text   NOT NULL,
    account_id  bigint NOT NULL,
    PRIMARY KEY (participant, currency)
);

CREATE TABLE mailbox (
    participant  text PRIMARY KEY,
    last_number  bigint NOT NULL,
    acknowledged bigint NOT NULL,
    received     bigint NOT NULL,
    "window"     bytea  NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE identity (
    signer     text   NOT NULL,
    message_id text   NOT NULL,
    digest     bytea  NOT NULL,
    batch      bigint NOT NULL,
    position   bigint NOT NULL,
    at         bigint NOT NULL,
    outcome    text   NOT NULL,
    body       bytea  NOT NULL,
    PRIMARY KEY (signer, message_id)
);

CREATE TABLE message (
    month       bigint NOT NULL,
    batch       bigint NOT NULL,
    position    bigint NOT NULL,
    direction   text   NOT NULL,
    participant text   NOT NULL,
    number      bigint NOT NULL,
    definition  text   NOT NULL,
    message_id  text   NOT NULL,
    payment     bigint NOT NULL,
    outcome     text   NOT NULL,
    reason      text   NOT NULL,
    at          bigint NOT NULL,
    content     bytea  NOT NULL,
    digest      bytea  NOT NULL,
    start       bigint NOT NULL,
    size        bigint NOT NULL,
    PRIMARY KEY (month, batch, position)
) PARTITION BY LIST (month);
CREATE INDEX message_mailbox ON message (participant, number) WHERE direction = 'out';
CREATE INDEX message_payment ON message (payment) WHERE payment <> 0;

CREATE TABLE blob (
    month     bigint NOT NULL,
    batch     bigint NOT NULL,
    at        bigint NOT NULL,
    head      bytea  NOT NULL,
    transfers bytea  NOT NULL,
    content   bytea  NOT NULL,
    PRIMARY KEY (month, batch)
) PARTITION BY LIST (month);
ALTER TABLE blob ALTER COLUMN content SET STORAGE EXTERNAL;

-- The signer signs messages of any time, and reads nothing else.
GRANT SELECT ON message, blob TO corridor_signer;

CREATE TABLE operator_case (
    number      bigint PRIMARY KEY,
    kind        text   NOT NULL,
    participant text   NOT NULL,
    payment     bigint NOT NULL,
    text        bytea  NOT NULL,
    opened_at   bigint NOT NULL,
    closed_at   bigint
);
CREATE INDEX operator_case_open ON operator_case (number) WHERE closed_at IS NULL;

-- The partitions of a month, made before its first batch.
CREATE FUNCTION open_month(month bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS message_%s PARTITION OF message FOR VALUES IN (%s)', month, month);
    EXECUTE format('CREATE TABLE IF NOT EXISTS blob_%s PARTITION OF blob FOR VALUES IN (%s)', month, month);
END $$;
