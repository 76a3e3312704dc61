SELECT number, label FROM steps WHERE document_id = ?1 AND number IN (?2, ?2 + 1)
