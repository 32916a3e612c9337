package bot

import (
	"regexp"
	"slices"
	"strings"

	"admin-api/integrations"
	"admin-api/integrations/platform/aws"
	"admin-api/secret"
	"admin-api/validation"
)

// Lex lists the type aws_lex in the catalogue.
var Lex = integrations.Definition{ //nolint:gosec // The key is the example of AWS's documentation.
	Type:             "aws_lex",
	Family:           integrations.Bot,
	Label:            "AWS Lex",
	Description:      "Lets an Amazon Lex bot talk in chats or suggest answers to agents.",
	DocumentationURL: "https://docs.aws.amazon.com/lexv2/latest/APIReference/API_DescribeBotAlias.html",
	Shape:            integrations.Proposed,
	Notes: []string{
		"The documented properties name the bot as Amazon Lex V1 did, which AWS ended on 15 September 2025; " +
			"the ids of bot, alias and locale by which V2 addresses a bot are our addition.",
		"An account with Lex version 1 can be kept as a record, but its test cannot succeed.",
	},
	ProbeDoes: "Asks AWS whose key it is, which needs no permission, compares the account number with the user ID, " +
		"and then reads the description of the bot's alias. The bot is not talked to.",
	Privileges: "lex:RecognizeText and lex:StartConversation on the bot's alias for chats. The test can do without " +
		"lex:DescribeBotAlias, but then warns that it could not look for the bot.",
	Diagnoses: append(aws.Diagnoses(), lexDiagnoses...),
	New: func() integrations.Properties {
		return &LexProperties{LexVersion: lexV2, BotAliasID: "TSTALIASID", LocaleID: "en_US"}
	},
	Example: `{
	"userId": "123456789012",
	"botName": "AcmeSupport",
	"botAlias": "Production",
	"accessKey": "AKIAIOSFODNN7EXAMPLE",
	"secretKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	"region": "eu-west-1",
	"maxApiCallsPerDay": 10000,
	"lexVersion": "v2",
	"botId": "QWERTY1234",
	"botAliasId": "ASDFGH5678",
	"localeId": "en_GB"
}`,
}

// The values of LexVersion.
const (
	lexV1 = "v1"
	lexV2 = "v2"
)

// LexProperties configure one alias of one bot.
type LexProperties struct {
	UserID string `json:"userId" validate:"required" label:"User ID" help:"Number of the AWS account that owns the bot, 12 digits; the console shows it in the account's settings." example:"123456789012" pattern:"^[0-9]{12}$" hint:"12 digits"`

	BotName string `json:"botName" validate:"required" label:"Bot name" help:"Name of the bot, which may differ from that of its alias." example:"AcmeSupport" pattern:"^(?:[0-9A-Za-z][_-]?)+$" hint:"letters and digits, with single underscores or hyphens between them" max:"100"`

	BotAlias string `json:"botAlias" label:"Bot alias" help:"Name of the alias, if the bot has one." example:"Production" pattern:"^(?:\\$LATEST|(?:[0-9A-Za-z][_-]?)+)$" hint:"letters and digits, with single underscores or hyphens between them" max:"100"`

	AccessKey string `json:"accessKey" validate:"required" label:"Access key" help:"Id of an IAM user's access key; temporary keys do not work." example:"AKIAIOSFODNN7EXAMPLE" pattern:"^A[KS]IA[A-Z0-9]{16}$" hint:"AKIA and 16 more capital letters and digits"`

	SecretKey secret.Text `json:"secretKey" validate:"required" label:"Secret key" help:"The secret half of the access key; AWS shows it once, when the key is created." pattern:"^[A-Za-z0-9/+]{40}$" hint:"the 40 characters that IAM shows when an access key is created"`

	Region string `json:"region" validate:"required,aws_region_name" label:"Region" help:"Code of the region where the bot lives." example:"eu-west-1" dest:"true"`

	MaxAPICallsPerDay *int `json:"maxApiCallsPerDay" label:"Max API calls per day" help:"Keeps usage inside what is paid for; left out, there is no limit." example:"10000" min:"1" max:"10000000"`

	LexVersion string `json:"lexVersion" label:"Lex version" help:"Version of Amazon Lex that the bot was made with; AWS has ended version 1." enum:"v1,v2" enumLabels:"Amazon Lex V1 (ended),Amazon Lex V2"`

	BotID string `json:"botId" validate:"required_if=LexVersion v2" label:"Bot ID" help:"The console shows it in the details of the bot." example:"QWERTY1234" pattern:"^[0-9A-Za-z]{10}$" hint:"10 letters and digits" when:"lexVersion=v2"`

	BotAliasID string `json:"botAliasId" label:"Bot alias ID" help:"The console shows it in the details of the alias; TSTALIASID is the alias that every bot has for tests." example:"TSTALIASID" pattern:"^[0-9A-Za-z]{10}$" hint:"10 letters and digits" when:"lexVersion=v2"`

	LocaleID string `json:"localeId" label:"Locale ID" help:"Language of the bot in which customers are answered." example:"en_US" pattern:"^[a-z]{2,3}_(?:[A-Z]{2}|[0-9]{3})$" hint:"a language and a country such as en_US" when:"lexVersion=v2"`
}

// Normalize implements integrations.Normalizer. It drops the hyphens with which
// the console groups account numbers.
func (p *LexProperties) Normalize() {
	p.UserID = strings.NewReplacer("-", "", " ", "").Replace(p.UserID)
	p.Region = aws.RegionCode(p.Region)
	p.SecretKey = p.SecretKey.TrimSpace()
}

// v1Name is what names of bots and aliases were in version 1
// (https://docs.aws.amazon.com/lex/latest/dg/API_GetBotAlias.html).
var v1Name = regexp.MustCompile(`^(?:[A-Za-z]_?)+$`)

// lexRegions are those in which Lex V2 is offered
// (https://docs.aws.amazon.com/general/latest/gr/lex.html). The list grows, so it
// is good for a warning only.
var lexRegions = []string{
	"us-east-1", "us-west-2", "af-south-1", "ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2",
	"ca-central-1", "eu-central-1", "eu-west-1", "eu-west-2", "us-gov-west-1",
}

// Validate implements integrations.Properties.
func (p *LexProperties) Validate(c *validation.Context) {
	aws.CheckRegion(c, "/region", p.Region)
	aws.CheckPermanent(c, "/accessKey", p.AccessKey)
	if p.LexVersion == lexV1 {
		p.checkV1(c)
		return
	}
	if p.Region != "" && !c.Broken("/region") && !slices.Contains(lexRegions, p.Region) {
		c.Warn("/region", "region_without_service",
			"AWS did not list this region for Amazon Lex V2 when the list was made; check that the bot lives there.")
	}
}

// checkV1 holds names to the rules of version 1, and says that it is over.
func (p *LexProperties) checkV1(c *validation.Context) {
	c.Warn("/lexVersion", "lex_v1_ended",
		"AWS ended Amazon Lex V1 on 15 September 2025; bring the bot to V2 and enter its ids.")
	named := v1Name.MatchString(p.BotName) && len(p.BotName) >= 2 && len(p.BotName) <= 50
	if p.BotName != "" && !c.Broken("/botName") && !named {
		c.Violate("/botName", "lex_v1_name",
			"Must be 2 to 50 letters, with single underscores between them, in version 1.")
	}
	if p.BotAlias != "" && p.BotAlias != "$LATEST" && !c.Broken("/botAlias") && !v1Name.MatchString(p.BotAlias) {
		c.Violate("/botAlias", "lex_v1_name",
			"Must be letters, with single underscores between them, or $LATEST, in version 1.")
	}
}
