-- Which partitions have gone quiet with more than one part?
--
-- quiet_seconds  how long nothing must have been written to it
-- tables         only these
select
    table,
    partition_id,
    count()    as parts,
    sum(rows)  as stored
from system.parts
where active
  and database = currentDatabase()
  and table in {tables:Array(String)}
group by table, partition_id
having parts > 1 and max(modification_time) < now() - {quiet_seconds:UInt32}
order by stored
