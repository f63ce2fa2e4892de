"""The page for programmers, with one operation and one shape."""

from pwa.views.api_docs import Answer, ApiDocs, Field, Operation, Shape

API_DOCS = ApiDocs(
    title="Shanghai",
    version="0.1.0",
    schema_path="/api/openapi.json",
    operations=(
        Operation(
            anchor="get-items",
            method="GET",
            path="/api/items",
            about="Searches the services of the city.",
            fields=(Field(name="q", type="string", required=False, place="query", about="Words, pinyin or initials."),),
            answers=(Answer(status="200", about="What was found.", type="Items"),),
        ),
    ),
    shapes=(
        Shape(name="Items", about="A page of results.", fields=(Field(name="total", type="integer", required=True),)),
    ),
)
