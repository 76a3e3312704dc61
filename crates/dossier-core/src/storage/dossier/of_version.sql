SELECT release_id FROM dossiers WHERE product = ?1 AND ltrim(version, 'Vv') = ltrim(?2, 'Vv')
