-- Phone numbers and the accounts they stand for. Personal data is sealed before it comes here.

CREATE TABLE alias (
    phone         bytea PRIMARY KEY,
    participant   text   NOT NULL,
    currency      text   NOT NULL,
    account       bytea  NOT NULL,
    name          bytea  NOT NULL,
    masked_name   bytea  NOT NULL,
    registered_at bigint NOT NULL,
    state         text   NOT NULL
);
