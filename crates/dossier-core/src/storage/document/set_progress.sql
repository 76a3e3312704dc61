UPDATE documents SET steps_signed = ?2, steps_all = ?3, in_force = ?4 WHERE id = ?1
