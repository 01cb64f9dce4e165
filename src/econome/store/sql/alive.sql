-- Does the store answer?
--
-- (no parameters)
select 1 as one
