-- The start-up fence: what the log's head was after each batch, found by number in whatever month it was.

CREATE TABLE chain_head (
    batch bigint PRIMARY KEY,
    head  bytea  NOT NULL
);
INSERT INTO chain_head SELECT batch, head FROM blob;
