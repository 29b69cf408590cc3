-- Nobody's data are erased any more; receipts go, too (their copies in the bucket of anchors stay).

DROP FUNCTION erased_since(TEXT), purge_erased(TIMESTAMPTZ, INTEGER), finish_erasure(UUID, TEXT[]), begin_erasure(UUID),
    personal_count(TEXT, TEXT), personal_rows(TEXT, TEXT), erase_rows(TEXT, TEXT, INTEGER), table_of_users(TEXT),
    erasing(UUID);
DROP TABLE erasures;
DROP INDEX premium_users_erased;
ALTER TABLE premium_users DROP COLUMN erased_at;
