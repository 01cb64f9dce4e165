-- Where do the keys of a conversation's runs lie?
--
-- workspace  whose conversation
-- session    its name
--
-- Every version of a row is looked at, without FINAL: more than there is costs nothing, and this
-- reads two columns of all.
select
    count()                                                 as rows,
    minIf(key_time, key_time != toDateTime64(0, 6, 'UTC'))  as earliest,
    max(key_time)                                           as latest
from runs
where workspace = {workspace:UUID}
  and (session = {session:String} or inherited_session = {session:String})
