-- Positions of FX providers and the limits on them; how old a quoted rate was; inquiries to several providers.

ALTER TABLE fx_exposure
    ADD COLUMN receives bigint NOT NULL DEFAULT 0,
    ADD COLUMN selling  bigint NOT NULL DEFAULT 0,
    ADD COLUMN buying   bigint NOT NULL DEFAULT 0,
    ADD COLUMN sold     bigint NOT NULL DEFAULT 0,
    ADD COLUMN bought   bigint NOT NULL DEFAULT 0;

CREATE TABLE fx_limit (
    provider    text NOT NULL,
    currency    text NOT NULL,
    kind        text NOT NULL,
    amount      bigint,
    next_amount bigint,
    next_on     text NOT NULL,
    PRIMARY KEY (provider, currency, kind)
);

-- Of older quotes nobody wrote down when their rate was posted; it was no later than this.
ALTER TABLE quote ADD COLUMN rated_at bigint NOT NULL DEFAULT 0;
UPDATE quote SET rated_at = created_at;

ALTER TABLE open_quotes ADD COLUMN inquiries bigint NOT NULL DEFAULT 0;

CREATE TABLE inquiry (
    number               bigint PRIMARY KEY,
    state                text   NOT NULL,
    due_at               bigint,
    debtor_agent         text   NOT NULL,
    creditor_agent       text   NOT NULL,
    source_currency      text   NOT NULL,
    destination_currency text   NOT NULL,
    fixed                text   NOT NULL,
    amount               bigint NOT NULL,
    base_currency        text   NOT NULL,
    quote_currency       text   NOT NULL,
    providers            text   NOT NULL,
    replies              bigint NOT NULL,
    asked_at             bigint NOT NULL,
    answers_until        bigint NOT NULL,
    ended_at             bigint,
    quote_id             text   NOT NULL,
    reason               text   NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX inquiry_asked ON inquiry (number) WHERE state = 'asked';

CREATE TABLE reply (
    inquiry            bigint  NOT NULL,
    provider           text    NOT NULL,
    state              text    NOT NULL,
    number             bigint  NOT NULL,
    rate               numeric NOT NULL,
    source_amount      bigint  NOT NULL,
    destination_amount bigint  NOT NULL,
    replied_at         bigint  NOT NULL,
    PRIMARY KEY (inquiry, provider)
) WITH (fillfactor = 70);
CREATE INDEX reply_open ON reply (inquiry) WHERE state = 'open';

-- What every provider has promised and exchanged in each currency, as quotes, payments and trades say: what the hub
-- counts in fx_exposure, counted anew.
CREATE VIEW fx_exchanged AS
SELECT provider, currency,
       sum(amount)::bigint AS amount, sum(receives)::bigint AS receives,
       sum(selling)::bigint AS selling, sum(buying)::bigint AS buying,
       sum(sold)::bigint AS sold, sum(bought)::bigint AS bought
  FROM (
    SELECT provider, destination_currency AS currency, destination_amount AS amount, 0 AS receives,
           0 AS selling, 0 AS buying, 0 AS sold, 0 AS bought
      FROM quote WHERE status = 'open'
    UNION ALL
    SELECT provider, source_currency, 0, source_amount, 0, 0, 0, 0 FROM quote WHERE status = 'open'
    UNION ALL
    SELECT provider, destination_currency, 0, 0, CASE status WHEN 'ACSP' THEN destination_amount ELSE 0 END, 0,
           CASE status WHEN 'ACSP' THEN 0 ELSE destination_amount END, 0
      FROM payment WHERE provider <> '' AND status IN ('ACSP', 'ACSC', 'ACCC')
    UNION ALL
    SELECT provider, source_currency, 0, 0, 0, CASE status WHEN 'ACSP' THEN source_amount ELSE 0 END, 0,
           CASE status WHEN 'ACSP' THEN 0 ELSE source_amount END
      FROM payment WHERE provider <> '' AND status IN ('ACSP', 'ACSC', 'ACCC')
    UNION ALL
    SELECT side.provider, leg.currency, 0, 0, 0, 0, leg.sold, leg.bought
      FROM trade t
     CROSS JOIN LATERAL (VALUES (t.first), (t.second)) AS side(provider)
     CROSS JOIN LATERAL (VALUES
           (t.first_currency, CASE WHEN side.provider = t.first THEN t.first_amount ELSE 0 END,
            CASE WHEN side.provider = t.first THEN 0 ELSE t.first_amount END),
           (t.second_currency, CASE WHEN side.provider = t.first THEN 0 ELSE t.second_amount END,
            CASE WHEN side.provider = t.first THEN t.second_amount ELSE 0 END)) AS leg(currency, sold, bought)
      JOIN participant p ON p.bic = side.provider AND p.role = 'fx_provider'
     WHERE t.state = 'settled'
  ) AS each GROUP BY provider, currency;

INSERT INTO fx_exposure SELECT * FROM fx_exchanged
    ON CONFLICT (provider, currency) DO UPDATE SET receives = excluded.receives, selling = excluded.selling,
       buying = excluded.buying, sold = excluded.sold, bought = excluded.bought;
