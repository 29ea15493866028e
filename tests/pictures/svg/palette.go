package svg

import "fmt"

// colour is one of a picture's colours, on a light page and on a dark one.
type colour struct{ class, light, dark string }

// inks are the colours of text and lines.
func inks() []colour {
	return []colour{{"ink", "#1f2328", "#f0f3f6"}, {"dim", "#4b535d", "#b3bcc6"}, {"alert", "#a3161b", "#ffb0a8"}}
}

// fills are the colours of areas. Text of any ink can be read on each of them.
func fills() []colour {
	return []colour{
		{"page", "#ffffff", "#0d1117"},
		{"frame", "#f3f5f8", "#161b22"},
		{"plain", "#ffffff", "#1c222b"},
		{"blue", "#d6e8ff", "#173256"},
		{"green", "#d0f0d8", "#163c22"},
		{"yellow", "#fbedb5", "#44360a"},
		{"red", "#ffe0dc", "#571a18"},
		{"purple", "#eadffb", "#3a2860"},
		{"grey", "#e3e7ec", "#30363f"},
	}
}

// style is the style sheet of every picture: a light page, and a dark one for whoever prefers it.
func style() string {
	halo := ".halo{paint-order:stroke;stroke-width:4px;stroke:%s}" // keeps lines away from text
	light, dark := fmt.Sprintf(halo, fills()[0].light), fmt.Sprintf(halo, fills()[0].dark)
	for _, c := range fills() {
		light += fmt.Sprintf(".%s{fill:%s}", c.class, c.light)
		dark += fmt.Sprintf(".%s{fill:%s}", c.class, c.dark)
	}
	for _, c := range inks() {
		light += fmt.Sprintf("text.%[1]s,.%[1]s-tip{fill:%[2]s}.%[1]s-line{stroke:%[2]s}", c.class, c.light)
		dark += fmt.Sprintf("text.%[1]s,.%[1]s-tip{fill:%[2]s}.%[1]s-line{stroke:%[2]s}", c.class, c.dark)
	}
	return "text{font-family:system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif}.bold{font-weight:600}.line{fill:none;stroke-width:1.4}" +
		".thin{fill:none;stroke-width:.7}.dash{stroke-dasharray:5 4}rect.edge{stroke:#858e99;stroke-width:1}" + light + "@media(prefers-color-scheme:dark){" + dark + "}"
}
