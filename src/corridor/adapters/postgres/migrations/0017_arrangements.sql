-- Arrangements of two central banks, the pair of currencies that each is of, and every netting.

CREATE TABLE arrangement (
    number             bigint PRIMARY KEY,
    base_bank          text    NOT NULL,
    quote_bank         text    NOT NULL,
    base_currency      text    NOT NULL,
    quote_currency     text    NOT NULL,
    base_swing_amount  bigint  NOT NULL CHECK (base_swing_amount >= 0),
    quote_swing_amount bigint  NOT NULL CHECK (quote_swing_amount >= 0),
    state              text    NOT NULL,
    live               boolean NOT NULL,
    due_at             bigint,
    offered_by         text    NOT NULL,
    offered_at         bigint  NOT NULL,
    accepted_at        bigint,
    ended_at           bigint,
    nets_on            text    NOT NULL,
    base_account_id    bigint  NOT NULL,
    quote_account_id   bigint  NOT NULL
);
CREATE INDEX arrangement_live ON arrangement (number) WHERE live;

CREATE TABLE arrangement_pair (
    base_currency  text   NOT NULL,
    quote_currency text   NOT NULL,
    number         bigint NOT NULL,
    PRIMARY KEY (base_currency, quote_currency)
);

CREATE TABLE arrangement_netting (
    number         bigint  PRIMARY KEY,
    arrangement    bigint  NOT NULL,
    day            text    NOT NULL,
    base_bank      text    NOT NULL,
    quote_bank     text    NOT NULL,
    base_currency  text    NOT NULL,
    quote_currency text    NOT NULL,
    rate           numeric NOT NULL,
    base_owed      bigint  NOT NULL,
    quote_owed     bigint  NOT NULL,
    base_paid      bigint  NOT NULL,
    quote_paid     bigint  NOT NULL,
    net_debtor     text    NOT NULL,
    remainder      numeric NOT NULL,
    first_transfer bigint  NOT NULL,
    transfers      bigint  NOT NULL,
    netted_at      bigint  NOT NULL
);
CREATE INDEX arrangement_netting_of ON arrangement_netting (arrangement, number);
