UPDATE documents SET status = ?2, number = ?3, revision = ?4, change_note = ?5 WHERE id = ?1
