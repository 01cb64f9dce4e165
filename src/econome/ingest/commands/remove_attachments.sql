-- Remove the files of a project's runs.
delete from attachments
where workspace = {workspace:UUID}
  and (key_time, run_id) in (
      select key_time, id
      from runs final
      where workspace = {workspace:UUID} and project = {project:UUID}
  )
