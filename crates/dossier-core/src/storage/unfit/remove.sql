DELETE FROM unfit WHERE document_id = ?1 AND path = ?2
