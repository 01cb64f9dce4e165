-- What the runs of million.sql were given and gave, as JSON: one row when a run begins, one when it
-- ends. A sentence is put together from four parts, so that texts compress and fill an index much as
-- prose does; system prompts share a few templates, each with a name and a number of its own in it.
insert into payloads (workspace, key_time, id, piece, digest, version, inputs, outputs, extra, error, usage)
with
    ['Yesterday', 'As a rule', 'In most regions', 'Since March', 'Before noon', 'On request', 'For safety', 'At night',
     'After a complaint', 'Without a receipt', 'By agreement', 'In winter', 'When stock is low', 'During a strike',
     'For gifts', 'Upon delivery', 'Within the warranty', 'At weekends', 'Outside the city', 'As announced'] as openings,
    ['the warehouse', 'our carrier', 'a neighbour', 'the accounting team', 'the customer', 'one technician', 'the shop',
     'a courier', 'the platform', 'your bank', 'the garden centre', 'an inspector', 'the night shift', 'the supplier',
     'a colleague', 'the call centre', 'the customs office', 'the driver', 'a volunteer', 'the returns desk'] as subjects,
    ['checks', 'replaces', 'forwards', 'repairs', 'confirms', 'cancels', 'weighs', 'photographs', 'insures', 'sorts',
     'delays', 'refunds', 'documents', 'wraps', 'counts', 'reserves', 'questions', 'labels', 'returns',
     'inspects'] as verbs,
    ['every parcel', 'the broken lamp', 'two invoices', 'the missing key', 'a spare part', 'the garden chairs',
     'an empty box', 'the signed form', 'all vouchers', 'the battery pack', 'the second delivery', 'a set of tiles',
     'the discount', 'old complaints', 'the apple trees', 'a wooden crate', 'the power cable', 'three lanterns',
     'the open order', 'a glass door'] as objects,
    x -> concat(openings[1 + x % 20], ', ', subjects[1 + intDiv(x, 20) % 20], ' ', verbs[1 + intDiv(x, 400) % 20], ' ',
                objects[1 + intDiv(x, 8000) % 20], '.')             as sentence,
    (seed, size) -> arrayStringConcat(
        arrayMap(i -> sentence(cityHash64(seed, i)), range(intDiv(size, 60))), ' ') as prose,
    (role, content) -> concat('{"role":"', role, '","content":"', content, '"}') as message,
    cityHash64(id)                                                  as own,
    cityHash64(trace_id)                                            as whole,
    kind = 'llm'                                                    as is_call,
    chars_tools > 0                                                 as is_plan,
    concat(
        if(is_plan, 'You plan the next step for the support desk', 'You answer for the support desk'), ' of ',
        ['Lindenhof', 'Quayside', 'Northwind', 'Bellevue', 'Arbour'][1 + cityHash64(project) % 5],
        '. The customer is called ', ['Ada', 'Jonas', 'Mireille', 'Omar', 'Priya', 'Tomek'][1 + cityHash64(user) % 6],
        ' and has ', toString(whole % 40), ' orders. ', prose(cityHash64(project, is_plan, metadata['release']), chars_system)
    )                                                               as system_text,
    '[{"type":"function","function":{"name":"lookup_order","description":"Finds an order by its number, with its parcels and their way.","parameters":{"type":"object","properties":{"order":{"type":"string","description":"The number on the invoice"},"parcels":{"type":"boolean"}},"required":["order"]}}},{"type":"function","function":{"name":"refund","description":"Pays back an order, in whole or in part, to the account it was paid from.","parameters":{"type":"object","properties":{"order":{"type":"string"},"amount":{"type":"number"},"reason":{"type":"string"}},"required":["order","amount"]}}},{"type":"function","function":{"name":"ask_a_person","description":"Hands the conversation to a person, with a summary.","parameters":{"type":"object","properties":{"summary":{"type":"string"}}}}}]' as tools,
    arrayStringConcat(arrayMap(
        t -> concat(message('user', prose(cityHash64(session, t, 'asks'), 120)), ',',
                    message('assistant', prose(cityHash64(session, t, 'told'), 240)), ','),
        range(intDiv(chars_history, 360))
    ))                                                              as history,
    concat(input_preview, ' ', prose(cityHash64(whole, 'user'), chars_user)) as asked,
    concat('{"messages":[', message('system', system_text), ',', history,
        message('user', if(chars_retrieved = 0, asked, concat(
            'Documents:\\n', prose(cityHash64(whole, 'documents'), chars_retrieved), '\\n\\nQuestion: ', asked))),
        if(chars_tool_results = 0, '', concat(
            ',{"role":"assistant","content":"","tool_calls":[{"id":"call_', hex(whole),
            '","type":"function","function":{"name":"lookup_order","arguments":"{\\"order\\": \\"', toString(whole % 100000),
            '\\"}"}}]},{"role":"tool","tool_call_id":"call_', hex(whole), '","name":"lookup_order","content":"',
            prose(cityHash64(whole, 'result'), chars_tool_results), '"}')),
        ']}')                                                       as call_inputs,
    concat('{"choices":[{"index":0,"finish_reason":"', if(is_plan, 'tool_calls', 'stop'),
        '","message":{"role":"assistant","content":"',
        if(is_plan, '', concat(output_preview, ' ', prose(own, chars_answer))), '"',
        if(is_plan, concat(',"tool_calls":[{"id":"call_', hex(whole),
            '","type":"function","function":{"name":"lookup_order","arguments":"{\\"order\\": \\"', toString(whole % 100000),
            '\\"}"}}]'), ''),
        '}}],"model":"', model, '"}')                               as call_outputs,
    concat('{"metadata":{"ls_provider":"', provider, '","ls_model_name":"', model, '"}',
        if(is_plan, concat(',"invocation_params":{"tools":', tools, '}'), ''), '}') as call_extra
select
    workspace,
    key_time,
    id,
    half,
    cityHash64(id, half),
    if(half = 'post', 1, 2),
    multiIf(half = 'patch', '', is_call, call_inputs, concat('{"question":"', asked, '"}')),
    multiIf(half = 'post' or status = 'error', '', is_call, call_outputs,
            kind = 'retriever', concat('{"documents":[{"page_content":"', prose(cityHash64(whole, 'documents'), 480), '"}]}'),
            concat('{"output":"', output_preview, '"}')),
    if(half = 'post' and is_call, call_extra, ''),
    if(half = 'patch', error, ''),
    if(half = 'patch' and input_tokens is not null, concat(
        '{"prompt_tokens":', toString(input_tokens), ',"completion_tokens":', toString(output_tokens),
        ',"prompt_tokens_details":{"cached_tokens":', toString(ifNull(cache_read, 0)), '}}'), '')
from runs
array join ['post', 'patch'] as half
where key_time >= {since:DateTime64(6)} and key_time < {until:DateTime64(6)}
