-- Pairs, rates, fees, quotes, and what is promised.

CREATE TABLE fx_pair (
    base_currency  text   NOT NULL,
    quote_currency text   NOT NULL,
    max_age_s      bigint NOT NULL,
    band_bps       bigint NOT NULL,
    quote_life_s   bigint NOT NULL,
    open_quotes    bigint NOT NULL,
    providers      text   NOT NULL,
    PRIMARY KEY (base_currency, quote_currency)
);

CREATE TABLE fx_rate (
    base_currency  text    NOT NULL,
    quote_currency text    NOT NULL,
    provider       text    NOT NULL,
    level          bigint  NOT NULL,
    levels         bigint  NOT NULL,
    from_amount    bigint  NOT NULL,
    bid            numeric NOT NULL,
    ask            numeric NOT NULL,
    mid            numeric NOT NULL,
    posted_at      bigint  NOT NULL,
    PRIMARY KEY (base_currency, quote_currency, provider, level)
) WITH (fillfactor = 50);

CREATE TABLE fx_fee (
    currency       text PRIMARY KEY,
    rate_bps       bigint NOT NULL,
    minimum_amount bigint NOT NULL
);

CREATE TABLE quote (
    quote_id             text PRIMARY KEY,
    debtor_agent         text    NOT NULL,
    creditor_agent       text    NOT NULL,
    provider             text    NOT NULL,
    fixed                text    NOT NULL,
    source_amount        bigint  NOT NULL,
    source_currency      text    NOT NULL,
    destination_amount   bigint  NOT NULL,
    destination_currency text    NOT NULL,
    fee_amount           bigint  NOT NULL,
    base_currency        text    NOT NULL,
    quote_currency       text    NOT NULL,
    rate                 numeric NOT NULL,
    mid_rate             numeric NOT NULL,
    remainder            numeric NOT NULL,
    cost_amount          bigint  NOT NULL,
    created_at           bigint  NOT NULL,
    expires_at           bigint  NOT NULL,
    status               text    NOT NULL,
    due_at               bigint,
    spent_by             bigint  NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX quote_open ON quote (quote_id) WHERE status = 'open';

CREATE TABLE fx_exposure (
    provider text   NOT NULL,
    currency text   NOT NULL,
    amount   bigint NOT NULL,
    PRIMARY KEY (provider, currency)
) WITH (fillfactor = 50);

CREATE TABLE open_quotes (
    debtor_agent text PRIMARY KEY,
    quotes       bigint NOT NULL
) WITH (fillfactor = 50);
