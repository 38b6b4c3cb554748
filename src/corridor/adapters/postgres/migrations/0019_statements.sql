-- Statements of an account cost what its own days hold, not what the ledger keeps.

-- Entries of an account in their order: what is reserved or released moves nothing.
CREATE INDEX transfer_debits ON transfer (debit_account_id, id) INCLUDE (amount) WHERE flags & 10 = 0;
CREATE INDEX transfer_credits ON transfer (credit_account_id, id) INCLUDE (amount) WHERE flags & 10 = 0;
CREATE INDEX payment_number ON payment (number);

-- The number of a batch's first transfer: its runs are MessagePack, pairs of a first number and how many.
CREATE FUNCTION first_transfer(runs bytea) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    place integer := CASE get_byte(runs, 0) WHEN 220 THEN 4 WHEN 221 THEN 6 ELSE 2 END;  -- array 16, array 32
    kind  integer := get_byte(runs, place);
    found bigint  := 0;
BEGIN
    IF kind < 128 THEN
        RETURN kind;
    END IF;
    FOR n IN 1 .. 1 << (kind - 204) LOOP  -- an unsigned integer of 1, 2, 4 or 8 bytes
        found := (found << 8) | get_byte(runs, place + n);
    END LOOP;
    RETURN found;
END $$;

-- A transfer has no time of its own, but that of its batch; both ascend together.
CREATE INDEX blob_transfers ON blob (first_transfer(transfers)) WHERE length(transfers) > 1;
CREATE INDEX blob_moved ON blob (at, batch) WHERE length(transfers) > 1;

-- The signer reads what statements are made of, and signs those, too.
GRANT SELECT ON hub, account, settlement_account, cut_off, balance, transfer TO corridor_signer;
GRANT SELECT (number, uetr, provider) ON payment TO corridor_signer;
GRANT SELECT (number, uetr) ON liquidity_transfer TO corridor_signer;
