DELETE FROM unfit WHERE document_id = ?1
