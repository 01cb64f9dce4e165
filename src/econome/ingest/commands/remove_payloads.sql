-- Remove the texts of a project's runs.
delete from payloads
where workspace = {workspace:UUID}
  and (key_time, id) in (
      select key_time, id
      from runs final
      where workspace = {workspace:UUID} and project = {project:UUID}
  )
