"""Settings of the site; `benchbook site build` stages this folder and calls Sphinx."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "benchbook"  # that of the project, in a staged copy
author = f"{project} contributors"
project_copyright = f"{author}, MIT license" if project == "benchbook" else author
release = version = version_of("benchbook")
language = "en"

extensions = [
    "myst_nb",
    "sphinx_design",
    "sphinx_copybutton",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "aligned_numbers",
    "command_reference",
    "offline_math",
    "plain_docstrings",
]
exclude_patterns = ["_data", "_ext", "_static"]
default_role = "literal"

# Pages are made from executed notebooks; nothing is executed here.
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "smartquotes"]
myst_heading_anchors = 3

autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = project
html_static_path = ["_static"]
html_css_files = ["benchbook.css", "charts.css", "field.css"]
html_copy_source = False
html_show_sphinx = False
# Summaries would be fetched from the pages, which browsers refuse for pages opened as files.
html_show_search_summary = False
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#005a8f",
        "color-brand-content": "#005a8f",
        "color-brand-visited": "#6b3f8f",
        "font-stack": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
    },
    "dark_css_variables": {
        "color-brand-primary": "#6cb8ec",
        "color-brand-content": "#6cb8ec",
        "color-brand-visited": "#c3a0e0",
    },
}
pygments_style = "friendly"
pygments_dark_style = "monokai"

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
