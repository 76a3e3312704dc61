SELECT number, at, label, focus, delta FROM steps WHERE document_id = ?1 AND number = ?2
