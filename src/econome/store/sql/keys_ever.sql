-- How many keys were ever made, revoked ones included?
--
-- (no parameters: it decides whether the server is open at all)
-- Without FINAL, which would leave the revoked ones out; merges keep their last rows.
select count() as rows
from keys
