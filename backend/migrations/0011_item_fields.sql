-- Versions of items published before the fields were renamed stay readable: 业务办理项编码 moved into `official`, and the
-- sentence that tells the circumstance of a conditional material is called so, because `when` now names options.

UPDATE pack_entries
SET content = (content - 'handling_code') || jsonb_build_object(
    'official', jsonb_build_object('standard', 'gbt-39554', 'handling', content -> 'handling_code')
)
WHERE kind = 'items' AND content ? 'handling_code';

UPDATE pack_entries
SET content = jsonb_set(content, '{materials}', (
    SELECT jsonb_agg(
        CASE
            WHEN jsonb_typeof(material -> 'when') = 'object'
                THEN (material - 'when') || jsonb_build_object('circumstance', material -> 'when')
            ELSE material
        END
        ORDER BY place
    )
    FROM jsonb_array_elements(content -> 'materials') WITH ORDINALITY AS listed (material, place)
))
WHERE kind = 'items' AND content @? '$.materials[*].when.zh';
