-- Facilities between banks, the days they have run, credit lines of central banks, and collateral.

CREATE TABLE facility (
    number              bigint PRIMARY KEY,
    lender              text    NOT NULL,
    borrower            text    NOT NULL,
    currency            text    NOT NULL,
    limit_amount        bigint  NOT NULL,
    rate                numeric NOT NULL,
    fee_rate            numeric NOT NULL,
    day_count           text    NOT NULL,
    starts_on           text    NOT NULL,
    ends_on             text    NOT NULL,
    automatic           boolean NOT NULL,
    secured             boolean NOT NULL,
    utilisation_max_bps bigint  NOT NULL,
    average_max_bps     bigint  NOT NULL,
    state               text    NOT NULL,
    open                boolean NOT NULL,
    due_at              bigint,
    offered_at          bigint  NOT NULL,
    accepted_at         bigint,
    ended_at            bigint,
    debt_account_id     bigint  NOT NULL,
    claim_account_id    bigint  NOT NULL,
    charges_account_id  bigint  NOT NULL,
    income_account_id   bigint  NOT NULL,
    open_day            text    NOT NULL,
    interest_due        bigint  NOT NULL,
    interest_left       bigint  NOT NULL,
    fee_due             bigint  NOT NULL,
    fee_left            bigint  NOT NULL,
    days                bigint  NOT NULL,
    drawn_sum           bigint  NOT NULL,
    breached            boolean NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX facility_open ON facility (number) WHERE open;

CREATE TABLE facility_day (
    facility        bigint NOT NULL,
    day             text   NOT NULL,
    drawn_amount    bigint NOT NULL CHECK (drawn_amount >= 0),
    counted         bigint NOT NULL,
    interest_amount bigint NOT NULL CHECK (interest_amount >= 0),
    interest_left   bigint NOT NULL,
    fee_amount      bigint NOT NULL CHECK (fee_amount >= 0),
    fee_left        bigint NOT NULL,
    last_transfer   bigint NOT NULL,
    PRIMARY KEY (facility, day)
);

CREATE TABLE credit_source (
    borrower   text NOT NULL,
    currency   text NOT NULL,
    facilities text NOT NULL,
    PRIMARY KEY (borrower, currency)
);

CREATE TABLE credit_line (
    participant text   NOT NULL,
    currency    text   NOT NULL,
    line_amount bigint NOT NULL CHECK (line_amount >= 0),
    due_at      bigint,
    PRIMARY KEY (participant, currency)
);

CREATE TABLE pledge (
    taker        text   NOT NULL,
    pledge_id    text   NOT NULL,
    pledger      text   NOT NULL,
    facility     bigint NOT NULL,
    currency     text   NOT NULL,
    value_amount bigint NOT NULL,
    haircut_bps  bigint NOT NULL,
    valid_until  bigint NOT NULL,
    state        text   NOT NULL,
    due_at       bigint,
    taken_at     bigint NOT NULL,
    ended_at     bigint,
    PRIMARY KEY (taker, pledge_id)
) WITH (fillfactor = 70);
CREATE INDEX pledge_held ON pledge (taker, pledge_id) WHERE state = 'held';
