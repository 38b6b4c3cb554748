-- What payments are for, the contracts they must name, official rates, and what reports see of what has settled.

CREATE TABLE payment_detail (
    month            bigint NOT NULL,
    number           bigint NOT NULL,
    category_purpose text   NOT NULL,
    purpose          text   NOT NULL,
    goods_code       text   NOT NULL,
    PRIMARY KEY (month, number)
) PARTITION BY LIST (month);

CREATE OR REPLACE FUNCTION open_month(month bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['message', 'blob', 'payment_detail'] LOOP
        EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES IN (%s)',
                       name || '_' || month, name, month);
    END LOOP;
END $$;

CREATE TABLE contract_policy (
    currency    text PRIMARY KEY,
    from_amount bigint NOT NULL
);

CREATE TABLE fixing (
    day            text    NOT NULL,
    base_currency  text    NOT NULL,
    quote_currency text    NOT NULL,
    rate           numeric NOT NULL,
    posted_at      bigint  NOT NULL,
    PRIMARY KEY (day, base_currency, quote_currency)
);

-- Each settled payment once: what left the debtor agent, as the ledger has it; the day in UTC on which it became final;
-- the countries of both agents, as their BICs say.
CREATE VIEW settled_payment AS
SELECT p.number,
       p.uetr,
       to_char(date '1970-01-01' + (p.final_at / 86400000000)::int, 'YYYY-MM-DD') AS day,
       substr(p.debtor_agent, 5, 2) || '>' || substr(p.creditor_agent, 5, 2) AS direction,
       t.currency,
       t.amount,
       p.debtor_agent,
       p.creditor_agent,
       coalesce(d.category_purpose, '') AS category_purpose,
       coalesce(d.purpose, '') AS purpose,
       coalesce(d.goods_code, '') AS goods_code
  FROM payment p
  JOIN transfer t ON t.id = p.first_transfer
  LEFT JOIN payment_detail d ON d.number = p.number
 WHERE p.status IN ('ACSC', 'ACCC');
