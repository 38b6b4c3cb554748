-- Phone numbers and the accounts they stand for.

CREATE TABLE alias (
    phone         text PRIMARY KEY,
    participant   text   NOT NULL,
    currency      text   NOT NULL,
    account       text   NOT NULL,
    name          text   NOT NULL,
    masked_name   text   NOT NULL,
    registered_at bigint NOT NULL,
    state         text   NOT NULL
);
