SELECT scan_id, page, revision_id, paper_page, turned, how, note FROM scan_pages WHERE how = 'unread' ORDER BY scan_id, page
