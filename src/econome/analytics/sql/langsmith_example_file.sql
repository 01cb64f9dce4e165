-- What is attached to examples under this digest?
--
-- workspace  whose examples
-- dataset    in which dataset
-- digest     of the content
--
-- In Base64, for the content is bytes and the client takes text.
select base64Encode(content) as content
from example_files final
where workspace = {workspace:UUID}
  and dataset = {dataset:UUID}
  and digest = {digest:String}
limit 1
