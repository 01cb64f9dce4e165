-- Remove the files of a project's runs.
delete from attachments
where workspace = {workspace:UUID}
  and run_id in (
      select id
      from runs final
      where workspace = {workspace:UUID} and project = {project:UUID}
  )
