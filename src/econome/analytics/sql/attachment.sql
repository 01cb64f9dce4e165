-- What does one file that came with a run hold?
--
-- workspace  whose run
-- key_time, run  its key; a file that came before its run has none
-- digest     SHA-256 of the file's name, in hexadecimal: names may be anything, addresses may not
--
-- In Base64, for the content is bytes and the client takes text.
select name, mime, base64Encode(content) as content
from attachments final
where workspace = {workspace:UUID} and key_time in ({key_time:DateTime64(6)}, toDateTime64(0, 6, 'UTC')) and run_id = {run:UUID}
  and lower(hex(SHA256(name))) = {digest:String}
