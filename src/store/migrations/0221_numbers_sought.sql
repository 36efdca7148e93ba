-- Numbers that customs and inspection gave (统一编号、关检关联号、检验检疫编号、电子底账数据号) are looked up whole, in any case.
create index document_numbers_sought on document_numbers (upper(value));
