SELECT id FROM documents WHERE summed_up = 0
