-- Remove examples, with all their states.
delete from examples
where workspace = {workspace:UUID}
  and id in {ids:Array(UUID)}
