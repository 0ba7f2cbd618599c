import typer

app = typer.Typer()


@app.command("up")
def up() -> int:
    return 0
