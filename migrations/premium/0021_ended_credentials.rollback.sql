-- Streams end with their tokens alone again.

DROP FUNCTION ended_credentials(UUID[], UUID[]);
