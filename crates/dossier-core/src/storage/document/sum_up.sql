UPDATE documents SET missing = ?2, row_count = ?3, begun = ?4, summed_up = 1
WHERE id = ?1 AND (missing <> ?2 OR row_count IS NOT ?3 OR begun <> ?4 OR summed_up = 0)
