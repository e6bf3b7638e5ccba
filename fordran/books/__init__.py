"""The creditor's book-keeping: vouchers of every money event, and the proof that ERP, books and bank agree."""
