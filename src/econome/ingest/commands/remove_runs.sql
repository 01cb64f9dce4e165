-- Remove the runs themselves of a project's runs.
delete from runs
where workspace = {workspace:UUID}
  and (key_time, id) in (
      select key_time, id
      from runs final
      where workspace = {workspace:UUID} and project = {project:UUID}
  )
