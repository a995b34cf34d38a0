"""{% piece "components/story.html" story=story %}: an include that is rendered once for what it is given."""

from django import template

from newsroom.pieces import made_once

register = template.Library()


@register.simple_tag(takes_context=True)
def piece(context, name, **things):
    """Render a template that sees these things alone, or print what it was when it was given the same before."""

    def make():
        return context.template.engine.get_template(name).render(context.new(things))

    return made_once(name, things, make)
